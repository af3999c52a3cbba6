<?php
/**
 * WordPress's configuration on AWS and on one machine. All values come from the environment; wp-content/bookstore/
 * settings.php describes how.
 *
 * WORDPRESS_DB_HOST             database that this region reads, host[:port]
 * WORDPRESS_DB_WRITER_HOST      database for writes; empty in a region that cannot write
 * WORDPRESS_DB_NAME, WORDPRESS_DB_USER, WORDPRESS_DB_PASSWORD
 * WORDPRESS_DB_TLS              "on": encrypted, and the server's certificate is checked against openssl.cafile
 * WORDPRESS_DB_FORWARDING       consistency of Aurora's write forwarding ("session"); empty where nothing is forwarded
 * WORDPRESS_SALT                at least 32 characters that sign cookies and nonces
 * WORDPRESS_URL                 address of the blog, without a slash at the end
 * WORDPRESS_SHOP_URL            address of the storefront
 * WORDPRESS_API_URL             this region's API, for authors and prices on cards of books; empty: cards without
 * WORDPRESS_REGION              this region, for the x-region header
 * WORDPRESS_ADMIN_ADDRESSES     addresses or CIDR blocks that may edit, separated by commas; empty: none
 * WORDPRESS_UPLOADS_BUCKET      bucket of this region for media; empty keeps them on the task's disk
 * WORDPRESS_HEALTH_SECONDS      seconds for which a good health check is cached, so that an idle database can pause; 0: none
 *
 * @package Bookstore
 */

// phpcs:disable WordPress.Security -- runs before WordPress.

require_once __DIR__ . '/wp-content/bookstore/settings.php';

define( 'DB_NAME', bookstore_setting( 'WORDPRESS_DB_NAME' ) );
define( 'DB_USER', bookstore_setting( 'WORDPRESS_DB_USER' ) );
define( 'DB_PASSWORD', bookstore_setting( 'WORDPRESS_DB_PASSWORD' ) );
define( 'DB_HOST', bookstore_setting( 'WORDPRESS_DB_HOST' ) );
define( 'DB_FORWARDING', bookstore_setting( 'WORDPRESS_DB_FORWARDING', '' ) );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
if ( 'on' === bookstore_setting( 'WORDPRESS_DB_TLS', 'off' ) ) {
	define( 'MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_VERIFY_SERVER_CERT );
}
$table_prefix = 'wp_';

// WordPress's eight secrets are derived from one, so that one value rotates all.
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $use ) {
	define( "{$use}_KEY", hash_hmac( 'sha256', "{$use}_KEY", bookstore_setting( 'WORDPRESS_SALT' ) ) );
	define( "{$use}_SALT", hash_hmac( 'sha256', "{$use}_SALT", bookstore_setting( 'WORDPRESS_SALT' ) ) );
}

// The addresses are settings: the regions share the database.
define( 'WP_HOME', rtrim( bookstore_setting( 'WORDPRESS_URL' ), '/' ) );
define( 'WP_SITEURL', WP_HOME );
define( 'BOOKSTORE_SHOP_URL', rtrim( bookstore_setting( 'WORDPRESS_SHOP_URL', WP_HOME ), '/' ) );
define( 'BOOKSTORE_API_URL', rtrim( bookstore_setting( 'WORDPRESS_API_URL', '' ), '/' ) );
define( 'BOOKSTORE_UPLOADS_BUCKET', bookstore_setting( 'WORDPRESS_UPLOADS_BUCKET', '' ) );
define( 'BOOKSTORE_HEALTH_SECONDS', (int) bookstore_setting( 'WORDPRESS_HEALTH_SECONDS', '0' ) );
define( 'WP_DEFAULT_THEME', 'meridian' );

// Nothing in the image changes at run time.
define( 'DISALLOW_FILE_EDIT', true );
define( 'DISALLOW_FILE_MODS', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_POST_REVISIONS', 10 );
define( 'WP_DEBUG', false );
// load-scripts.php and load-styles.php are closed: each script of the administration is loaded by itself.
define( 'CONCATENATE_SCRIPTS', false );

// The load balancer terminates TLS. Without this, WordPress redirects its HTTP request to the same address.
if ( 'https' === ( $_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '' ) ) {
	$_SERVER['HTTPS'] = 'on';
}

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
