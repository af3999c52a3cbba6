<?php
/**
 * Plugin Name: Access
 * Description: Allows pages, feeds and reading through the REST API. Only editors' addresses can be signed in. Login names are not exposed.
 *
 * @package Bookstore
 */

/** Routes that anyone may read. The routes of oEmbed and users would expose login names. */
const BOOKSTORE_PUBLIC_ROUTES = '#^/(?:$|wp/v2(?:$|/(?:posts|pages|categories|tags|media|search|types|taxonomies|statuses)(?:/|$)))#';

// There is no mail server. Without this filter WordPress tries one for every message to its administrator.
add_filter( 'pre_wp_mail', '__return_false' );
// A script from this origin would pass a content security policy that allows it.
add_filter( 'rest_jsonp_enabled', '__return_false' );
add_filter( 'xmlrpc_enabled', '__return_false' );
add_filter( 'comments_open', '__return_false' );
add_filter( 'pings_open', '__return_false' );
add_filter( 'the_generator', '__return_empty_string' );
add_filter( 'wp_is_application_passwords_available', array( 'Bookstore_Access', 'is_admitted' ) );

// Elsewhere a login cookie or an application password identifies nobody: pages have the headers of public ones. After
// WordPress's own filters, which have priorities up to 20.
if ( ! Bookstore_Access::is_admitted() ) {
	add_filter( 'determine_current_user', '__return_false', 100 );
}

// Authors have no pages.
add_filter(
	'wp_sitemaps_add_provider',
	static fn ( $provider, string $name ) => 'users' === $name ? false : $provider,
	10,
	2
);
add_filter( 'author_link', static fn (): string => home_url( '/' ) );
add_filter( 'author_rewrite_rules', '__return_empty_array' );
add_action(
	'parse_request',
	static function ( WP $request ): void {
		if ( Bookstore_Access::is_admitted() ) {
			return;
		}
		if ( isset( $request->query_vars['author'] ) || isset( $request->query_vars['author_name'] ) || isset( $_GET['author'] ) ) {
			unset( $request->query_vars['author'], $request->query_vars['author_name'], $_GET['author'] );
			$request->query_vars['error'] = '404';
		}
	}
);
add_filter(
	'rest_pre_dispatch',
	static function ( $answer, WP_REST_Server $server, WP_REST_Request $request ) {
		if ( null !== $answer || Bookstore_Access::is_admitted() || preg_match( BOOKSTORE_PUBLIC_ROUTES, $request->get_route() ) ) {
			return $answer;
		}
		return new WP_Error( 'rest_no_route', 'There is nothing here.', array( 'status' => 404 ) );
	},
	10,
	3
);
add_filter(
	'rest_endpoints',
	static function ( array $endpoints ): array {
		if ( Bookstore_Access::is_admitted() ) {
			return $endpoints;
		}
		return array_filter( $endpoints, static fn ( $route ) => preg_match( BOOKSTORE_PUBLIC_ROUTES, $route ), ARRAY_FILTER_USE_KEY );
	}
);
foreach ( array( 'rsd_link', 'wlwmanifest_link', 'wp_oembed_add_discovery_links', 'rest_output_link_wp_head', 'wp_shortlink_wp_head' ) as $hint ) {
	remove_action( 'wp_head', $hint );
}
