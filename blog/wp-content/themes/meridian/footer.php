<?php
/**
 * End of every page.
 *
 * @package Bookstore
 */

?>
</main>
<footer class="foot">
	<div class="wrap">
		<p><?php bloginfo( 'description' ); ?>.</p>
		<p><a href="<?php echo esc_url( BOOKSTORE_SHOP_URL ); ?>/">Meridian Books</a> <a href="<?php echo esc_url( get_feed_link() ); ?>">Feed</a></p>
	</div>
</footer>
<?php wp_footer(); ?>
</body>
</html>
