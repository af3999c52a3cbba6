<?php
/**
 * Lists of posts: the front page, a category, the results of a search.
 *
 * @package Bookstore
 */

get_header();
?>
<div class="opening">
	<?php if ( is_home() ) : ?>
		<h1>Read before you buy, <em>and after.</em></h1>
		<p><?php bloginfo( 'description' ); ?>: what our desks took home, took apart and would lend to a friend.</p>
	<?php elseif ( is_search() ) : ?>
		<h1>Posts with “<?php echo esc_html( get_search_query() ); ?>”</h1>
	<?php else : ?>
		<h1><?php echo esc_html( single_term_title( '', false ) ?: get_the_archive_title() ); ?></h1>
	<?php endif; ?>
</div>
<?php if ( have_posts() ) : ?>
	<ul class="cards">
		<?php
		while ( have_posts() ) :
			the_post();
			get_template_part( 'parts/card' );
		endwhile;
		?>
	</ul>
	<?php the_posts_pagination( array( 'prev_text' => 'Newer', 'next_text' => 'Older', 'aria_label' => 'Pages of posts' ) ); ?>
<?php elseif ( is_search() ) : ?>
	<p>No posts found. Try a book’s title or author.</p>
<?php else : ?>
	<p>No posts yet.</p>
<?php endif; ?>
<?php
get_footer();
