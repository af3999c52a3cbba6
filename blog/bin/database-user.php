<?php
/**
 * Creates WordPress's database user with the master's credentials, before WordPress starts.
 *
 * A region whose database is read-only receives the user by replication.
 *
 *     DATABASE_MASTER_USER=... DATABASE_MASTER_PASSWORD=... WORDPRESS_DB_...=... php bin/database-user.php
 *
 * @package Bookstore
 */

// phpcs:disable WordPress.DB -- runs without WordPress.

if ( 'cli' !== PHP_SAPI ) {
	http_response_code( 404 );
	exit;
}
$bookstore_code = ( getenv( 'WORDPRESS_ROOT' ) ?: dirname( __DIR__ ) ) . '/wp-content/bookstore';
require $bookstore_code . '/settings.php';
require $bookstore_code . '/class-bookstore-database-user.php';

mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
$bookstore_server = explode( ':', DB_WRITER_HOST );
$bookstore_link   = mysqli_init();
$bookstore_flags  = 0;
if ( 'on' === bookstore_setting( 'WORDPRESS_DB_TLS', 'off' ) ) {
	$bookstore_link->ssl_set( null, null, ini_get( 'openssl.cafile' ), null, null );
	$bookstore_flags = MYSQLI_CLIENT_SSL;
}
$bookstore_link->real_connect(
	$bookstore_server[0],
	bookstore_setting( 'DATABASE_MASTER_USER' ),
	bookstore_setting( 'DATABASE_MASTER_PASSWORD' ),
	null,
	(int) ( $bookstore_server[1] ?? 3306 ),
	null,
	$bookstore_flags
);
$bookstore_modes = $bookstore_link->query( 'SELECT @@read_only + @@innodb_read_only' )->fetch_row();
if ( (int) $bookstore_modes[0] > 0 ) {
	echo "database-user: the database is read-only here; replication brings the user\n";
	exit;
}
$bookstore_statements = Bookstore_Database_User::statements(
	bookstore_setting( 'WORDPRESS_DB_USER' ),
	bookstore_setting( 'WORDPRESS_DB_PASSWORD' ),
	bookstore_setting( 'WORDPRESS_DB_NAME' )
);
foreach ( $bookstore_statements as $bookstore_statement ) {
	$bookstore_link->query( $bookstore_statement );
}
echo "database-user: WordPress's user is ready\n";
