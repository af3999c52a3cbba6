<?php
/**
 * Settings of the theme: one style sheet, no script.
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

/** First category of the current post. It decides the colours, as on the storefront's covers. */
function meridian_category(): ?WP_Term {
	return get_the_category()[0] ?? null;
}

/** Description of the current page for search engines. */
function meridian_description(): string {
	if ( is_singular() ) {
		return wp_html_excerpt( wp_strip_all_tags( get_the_excerpt( get_queried_object() ) ), 300, '…' );
	}
	$name = get_bloginfo( 'name' ) . ': ' . get_bloginfo( 'description' );
	return is_category() ? single_term_title( '', false ) . ' – ' . $name : $name;
}

/**
 * Posts per page, so that all pages have about the same length and no last page has a single post.
 *
 * @param int $posts All posts of a list.
 * @param int $wanted Posts per page in the settings.
 */
function meridian_page_length( int $posts, int $wanted ): int {
	return max( $wanted, (int) ceil( $posts / max( 1, (int) round( $posts / $wanted ) ) ) );
}

add_action(
	'pre_get_posts',
	static function ( WP_Query $query ): void {
		if ( ! $query->is_main_query() || is_admin() || ! ( $query->is_home() || $query->is_category() ) ) {
			return;
		}
		$term  = $query->is_category() ? get_category_by_slug( (string) $query->get( 'category_name' ) ) : null;
		$posts = $term ? $term->count : (int) wp_count_posts()->publish;
		$query->set( 'posts_per_page', meridian_page_length( $posts, (int) get_option( 'posts_per_page' ) ) );
	}
);

// WordPress answers /favicon.ico with its own icon.
add_action(
	'do_faviconico',
	static function (): void {
		wp_safe_redirect( get_theme_file_uri( 'icon.svg' ) );
		exit;
	}
);

/** Date and byline of the current post. */
function meridian_byline(): void {
	printf(
		'<p class="byline"><time datetime="%s">%s</time> <span>%s</span></p>',
		esc_attr( get_the_date( 'c' ) ),
		esc_html( get_the_date( 'j F Y' ) ),
		esc_html( get_the_author() )
	);
}
