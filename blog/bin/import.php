<?php
/**
 * Installs the blog where there is none, and brings its posts to what the content folder says. Run it as often as
 * you like: a post is known by its slug, one that has not changed is not touched, one that is only in the blog stays.
 *
 *     php bin/import.php [content folder]           with the environment of wp-config.php
 *     wp eval-file bin/import.php [content folder]  where WP-CLI is at hand
 *
 * WORDPRESS_ROOT names the folder of WordPress when it is not the one above this file. Ends with 0, or 1 and a line
 * that says which file to mend.
 *
 * @package Bookstore
 */

// WP-CLI hands over its arguments as $args; PHP itself as $argv.
$bookstore_content = ( $args ?? array_slice( $argv, 1 ) )[0] ?? dirname( __DIR__ ) . '/content';

if ( ! defined( 'ABSPATH' ) ) {
	if ( 'cli' !== PHP_SAPI ) {
		http_response_code( 404 );
		exit;
	}
	define( 'WP_INSTALLING', true );
	require ( getenv( 'WORDPRESS_ROOT' ) ?: dirname( __DIR__ ) ) . '/wp-load.php';
}
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once __DIR__ . '/class-bookstore-document.php';
require_once __DIR__ . '/class-bookstore-import.php';

try {
	Bookstore_Import::install();
	fwrite( STDOUT, Bookstore_Import::of( $bookstore_content ) . "\n" );
} catch ( Bookstore_Import_Error $error ) {
	fwrite( STDERR, 'import: ' . $error->getMessage() . "\n" );
	exit( 1 );
}
