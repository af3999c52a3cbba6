<?php
/**
 * Cards of the books that a post is about: cover, title, author and price, with a link to the storefront.
 *
 * @package Bookstore
 */

$meridian_books = bookstore_cards_of( get_the_ID() );
if ( array() === $meridian_books ) {
	return;
}
$meridian_category = meridian_category();
?>
<section class="books" aria-label="Books in this post">
	<h2>Books in this post</h2>
	<ul>
		<?php foreach ( $meridian_books as $meridian_book ) : ?>
			<li>
				<?php echo meridian_cover( $meridian_book['id'], $meridian_category->slug ?? '' ); // phpcs:ignore WordPress.Security.EscapeOutput -- drawn here. ?>
				<div>
					<a href="<?php echo esc_url( bookstore_book_url( $meridian_book['id'] ) ); ?>"><?php echo esc_html( $meridian_book['title'] ); ?></a>
					<p><?php echo esc_html( implode( ' · ', array_filter( array( $meridian_book['author'], $meridian_book['price'] ) ) ) ); ?></p>
				</div>
			</li>
		<?php endforeach; ?>
	</ul>
</section>
