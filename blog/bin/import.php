<?php
/**
 * Installs the blog if necessary, and makes it contain the posts of the content folder. It can be repeated: posts are
 * identified by slug, unchanged posts are not written, and posts that are only in the blog stay.
 *
 *     php bin/import.php [content folder]           with the environment of wp-config.php
 *     wp eval-file bin/import.php [content folder]  with WP-CLI
 *
 * WORDPRESS_ROOT names the folder of WordPress when it is not the one above this file. Exits with 0, or with 1
 * and a message that names the file.
 *
 * @package Bookstore
 */

// WP-CLI passes its arguments in $args, PHP in $argv.
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
