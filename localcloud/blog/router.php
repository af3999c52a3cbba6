<?php
/**
 * Implements the rules of blog/apache.conf for PHP's own web server: files are served, other paths go to WordPress,
 * PHP files below wp-includes and wp-content answer 404.
 *
 * @package Bookstore
 */

// The edge is the only client. Pages of other sites, and host names that resolve to loopback, are refused.
$bookstore_host = preg_replace( '/:\d+$/', '', $_SERVER['HTTP_HOST'] ?? '' );
if ( ! in_array( $bookstore_host, array( '127.0.0.1', 'localhost' ), true ) || isset( $_SERVER['HTTP_SEC_FETCH_SITE'] ) && 'cross-site' === $_SERVER['HTTP_SEC_FETCH_SITE'] && 'navigate' !== ( $_SERVER['HTTP_SEC_FETCH_MODE'] ?? '' ) ) {
	http_response_code( 403 );
	return true;
}

// Apache applies its rules after it has removed empty and dot segments.
$bookstore_path = array();
foreach ( explode( '/', rawurldecode( (string) strtok( $_SERVER['REQUEST_URI'], '?' ) ) ) as $bookstore_segment ) {
	if ( '..' === $bookstore_segment ) {
		array_pop( $bookstore_path );
	} elseif ( '' !== $bookstore_segment && '.' !== $bookstore_segment ) {
		$bookstore_path[] = $bookstore_segment;
	}
}
$bookstore_path = '/' . implode( '/', $bookstore_path );
$bookstore_file = realpath( $_SERVER['DOCUMENT_ROOT'] . $bookstore_path );

if ( $bookstore_file && preg_match( '#^(load-scripts|load-styles|xmlrpc|wp-comments-post|wp-trackback|wp-mail)\.php$#i', basename( $bookstore_file ) ) ) {
	http_response_code( 403 );
	header( 'Content-Type: text/plain' );
	echo "Forbidden\n";
	return true;
}
if ( preg_match( '#^/+(?:(?:wp-includes|wp-content)/.*|wp-(?:config|load|settings|blog-header))\.php$|/\.#i', $bookstore_path ) ) {
	http_response_code( 404 );
	header( 'Content-Type: text/plain' );
	echo "Not Found\n";
	return true;
}
if ( $bookstore_file && is_file( $bookstore_file ) ) {
	return false;
}
if ( $bookstore_file && is_file( "$bookstore_file/index.php" ) && str_starts_with( ltrim( $bookstore_path, '/' ), 'wp-admin' ) ) {
	return false;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
require_once $_SERVER['DOCUMENT_ROOT'] . '/wp-content/bookstore/prepend.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
