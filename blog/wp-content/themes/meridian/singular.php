<?php
/**
 * One post, or a page that an editor adds.
 *
 * @package Bookstore
 */

get_header();
the_post();
$meridian_category = meridian_category();
?>
<article class="post-page">
	<header>
		<?php echo meridian_spines( bookstore_books_of( get_the_ID() ), $meridian_category->slug ?? '', 640 ); // phpcs:ignore WordPress.Security.EscapeOutput -- drawn here. ?>
		<?php if ( $meridian_category ) : ?>
			<p class="category"><a href="<?php echo esc_url( get_category_link( $meridian_category ) ); ?>"><?php echo esc_html( $meridian_category->name ); ?></a></p>
		<?php endif; ?>
		<h1><?php the_title(); ?></h1>
		<?php meridian_byline(); ?>
	</header>
	<div class="text"><?php the_content(); ?></div>
	<?php get_template_part( 'parts/books' ); ?>
	<?php the_post_navigation( array( 'prev_text' => '<span>Earlier</span> %title', 'next_text' => '<span>Later</span> %title', 'aria_label' => 'Other posts' ) ); ?>
</article>
<?php
get_footer();
