<?php
/**
 * Page for unknown addresses.
 *
 * @package Bookstore
 */

get_header();
?>
<div class="opening">
	<h1>No such page on this shelf</h1>
	<p><a href="<?php echo esc_url( home_url( '/' ) ); ?>">Back to the newest posts</a></p>
</div>
<?php
get_footer();
