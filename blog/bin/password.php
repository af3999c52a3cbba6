<?php
/**
 * Logs a link with which one user sets a new password once. Tasks send no mail.
 *
 *     php bin/password.php shopkeeper
 *
 * @package Bookstore
 */

if ( 'cli' !== PHP_SAPI ) {
	http_response_code( 404 );
	exit;
}
require ( getenv( 'WORDPRESS_ROOT' ) ?: dirname( __DIR__ ) ) . '/wp-load.php';

$bookstore_user = get_user_by( 'login', $argv[1] ?? '' );
$bookstore_key  = $bookstore_user ? get_password_reset_key( $bookstore_user ) : null;
if ( ! is_string( $bookstore_key ) ) {
	fwrite( STDERR, "password: name a user, such as shopkeeper\n" );
	exit( 1 );
}
echo network_site_url( 'wp-login.php?action=rp&key=' . $bookstore_key . '&login=' . rawurlencode( $bookstore_user->user_login ) ), "\n";
