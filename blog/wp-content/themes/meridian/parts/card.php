<?php
/**
 * A post in a list.
 *
 * @package Bookstore
 */

$meridian_category = meridian_category();
?>
<li class="card">
	<article>
		<?php echo meridian_spines( bookstore_books_of( get_the_ID() ), $meridian_category->slug ?? '' ); // phpcs:ignore WordPress.Security.EscapeOutput -- drawn here. ?>
		<div class="words">
			<p class="category"><?php echo esc_html( $meridian_category->name ?? '' ); ?></p>
			<h2><a href="<?php the_permalink(); ?>"><?php the_title(); ?></a></h2>
			<p><?php echo esc_html( wp_strip_all_tags( get_the_excerpt() ) ); ?></p>
			<?php meridian_byline(); ?>
		</div>
	</article>
</li>
