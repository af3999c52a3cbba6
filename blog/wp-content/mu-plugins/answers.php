<?php
/**
 * Plugin Name: Response headers
 * Description: Headers of every response: region, caching, content security policy.
 *
 * @package Bookstore
 */

/** Seconds for which caches keep an anonymous response, and use it while the blog fails. */
const BOOKSTORE_FRESH = 60;
const BOOKSTORE_STALE = 86400;

/** Pages have one inline style sheet of WordPress and no script. Editing has no policy, because it needs more. */
const BOOKSTORE_POLICY = "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'self'; "
	. "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Headers of a response.
 *
 * @return array<string, string>
 */
function bookstore_headers(): array {
	$headers = array(
		'x-region'               => BOOKSTORE_REGION,
		'X-Content-Type-Options' => 'nosniff',
		'Referrer-Policy'        => 'strict-origin-when-cross-origin',
		'X-Frame-Options'        => 'DENY',
	);
	if ( str_starts_with( WP_HOME, 'https:' ) ) {
		$headers['Strict-Transport-Security'] = 'max-age=31536000';
	}
	if ( ! Bookstore_Access::is_editing() ) {
		$headers['Cache-Control']           = sprintf( 'public, max-age=%d, stale-if-error=%d', BOOKSTORE_FRESH, BOOKSTORE_STALE );
		$headers['Content-Security-Policy'] = BOOKSTORE_POLICY;
	}
	return $headers;
}

add_filter(
	'wp_headers',
	static function ( array $headers ): array {
		unset( $headers['X-Pingback'] );
		return array_merge( $headers, bookstore_headers(), is_404() ? array( 'Cache-Control' => 'no-store' ) : array() );
	}
);
add_filter(
	'rest_post_dispatch',
	static function ( WP_HTTP_Response $response ): WP_HTTP_Response {
		foreach ( bookstore_headers() as $name => $value ) {
			$response->header( $name, $value );
		}
		if ( $response->get_status() >= 400 ) {
			$response->header( 'Cache-Control', 'no-store' );
		}
		return $response;
	}
);

// The storefront reads the REST API from another origin, without credentials.
add_action( 'rest_api_init', static fn () => remove_filter( 'rest_pre_serve_request', 'rest_send_cors_headers' ), 15 );
add_filter(
	'rest_pre_serve_request',
	static function ( $served ) {
		header( 'Access-Control-Allow-Origin: *' );
		header( 'Access-Control-Expose-Headers: X-WP-Total, X-WP-TotalPages, x-region' );
		return $served;
	}
);

header_remove( 'X-Powered-By' );
