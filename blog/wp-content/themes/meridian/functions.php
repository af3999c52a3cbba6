<?php
/**
 * What the theme asks of WordPress: one style sheet, no script.
 *
 * @package Bookstore
 */

require_once __DIR__ . '/parts/spines.php';

add_action(
	'after_setup_theme',
	static function (): void {
		add_theme_support( 'title-tag' );
		add_theme_support( 'automatic-feed-links' );
		add_theme_support( 'responsive-embeds' );
		add_theme_support( 'html5', array( 'search-form', 'gallery', 'caption', 'style', 'script' ) );
	}
);
add_action(
	'wp_enqueue_scripts',
	static function (): void {
		wp_enqueue_style( 'meridian', get_stylesheet_uri(), array(), (string) filemtime( __DIR__ . '/style.css' ) );
		// Posts are plain HTML: neither block styles nor emoji drawings are needed.
		foreach ( array( 'wp-block-library', 'global-styles', 'classic-theme-styles' ) as $style ) {
			wp_dequeue_style( $style );
		}
	},
	100
);
remove_action( 'wp_head', 'print_emoji_detection_script', 7 );
remove_action( 'wp_print_styles', 'print_emoji_styles' );
remove_action( 'wp_head', 'wp_enqueue_img_auto_sizes_contain_css_fix', 0 );
add_filter( 'emoji_svg_url', '__return_false' );
add_filter( 'wp_speculation_rules_configuration', '__return_null' );

/** The first category of the current post; it decides the colours, as on the shop's covers. */
function meridian_category(): ?WP_Term {
	return get_the_category()[0] ?? null;
}

/** Date and byline of the current post. */
function meridian_byline(): void {
	printf(
		'<p class="byline"><time datetime="%s">%s</time> <span>%s</span></p>',
		esc_attr( get_the_date( 'c' ) ),
		esc_html( get_the_date( 'j F Y' ) ),
		esc_html( get_the_author() )
	);
}
