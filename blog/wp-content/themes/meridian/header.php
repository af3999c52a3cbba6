<?php
/**
 * Start of every page.
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
	<meta name="description" content="<?php echo esc_attr( meridian_description() ); ?>">
	<link rel="icon" type="image/svg+xml" href="<?php echo esc_url( get_theme_file_uri( 'icon.svg' ) ); ?>">
	<?php foreach ( array( 'newsreader', 'newsreader-italic', 'instrument-sans' ) as $meridian_font ) : ?>
	<link rel="preload" as="font" type="font/woff2" crossorigin href="<?php echo esc_url( get_theme_file_uri( "fonts/$meridian_font.woff2" ) ); ?>">
	<?php endforeach; ?>
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
		<form class="search" role="search" action="<?php echo esc_url( home_url( '/' ) ); ?>">
			<input type="search" name="s" maxlength="64" required aria-label="Search the posts" placeholder="Search" value="<?php echo esc_attr( get_search_query( false ) ); ?>">
			<button>Search</button>
		</form>
		<a class="shop" href="<?php echo esc_url( BOOKSTORE_SHOP_URL ); ?>/">Bookstore</a>
	</div>
</header>
<main id="content" class="wrap" tabindex="-1">
