<?php
/**
 * Head of every page.
 *
 * @package Bookstore
 */

?>
<!doctype html>
<html <?php language_attributes(); ?>>
<head>
	<meta charset="<?php bloginfo( 'charset' ); ?>">
	<meta name="viewport" content="width=device-width, initial-scale=1">
	<meta name="theme-color" content="#12143f">
	<?php wp_head(); ?>
</head>
<body <?php body_class(); ?>>
<a class="skip" href="#content">Skip to the text</a>
<header class="masthead">
	<div class="wrap">
		<a class="name" href="<?php echo esc_url( home_url( '/' ) ); ?>"><?php bloginfo( 'name' ); ?></a>
		<nav aria-label="Sections">
			<ul>
				<?php wp_list_categories( array( 'title_li' => '', 'hide_empty' => true, 'number' => 8, 'exclude' => get_option( 'default_category' ) ) ); ?>
			</ul>
		</nav>
		<a class="shop" href="<?php echo esc_url( BOOKSTORE_SHOP_URL ); ?>/">The shop</a>
	</div>
</header>
<main id="content" class="wrap" tabindex="-1">
