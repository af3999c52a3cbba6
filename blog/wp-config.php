<?php
/**
 * WordPress's configuration, the same file on AWS and on one machine: everything that differs is in the environment.
 *
 * A value NAME comes from the file that NAME_FILE names, or else from NAME, as in WordPress's official image.
 * One that is missing ends the request with 500 and says which: half a configuration serves nobody.
 *
 * WORDPRESS_DB_HOST             database that this region reads from, host[:port]
 * WORDPRESS_DB_WRITER_HOST      where writes go; empty in a region that has no way to write
 * WORDPRESS_DB_NAME, WORDPRESS_DB_USER, WORDPRESS_DB_PASSWORD
 * WORDPRESS_DB_TLS              "on": encrypted, and the server's certificate is checked against openssl.cafile
 * WORDPRESS_DB_FORWARDING       consistency of Aurora's write forwarding ("session"); empty where nothing is forwarded
 * WORDPRESS_SALT                at least 32 characters that sign cookies and nonces
 * WORDPRESS_URL                 what readers type, without a slash at the end
 * WORDPRESS_SHOP_URL            where a book's page is
 * WORDPRESS_REGION              region that answers, for the x-region header
 * WORDPRESS_ADMIN_ADDRESSES     who may edit: addresses or CIDR blocks, separated by commas; empty closes all editing
 * WORDPRESS_UPLOADS_BUCKET      bucket of this region for media; empty keeps them in the instance's scratch space
 * WORDPRESS_HEALTH_SECONDS      how long a good health check is remembered, so that an idle database can pause; 0: not
 *
 * @package Bookstore
 */

// phpcs:disable WordPress.Security -- runs before WordPress.

/**
 * One value of the environment.
 *
 * @param string      $name    Its name, without _FILE.
 * @param string|null $missing What to take when nobody set it; null makes it required.
 */
function bookstore_setting( string $name, ?string $missing = null ): string {
	$file  = getenv( "{$name}_FILE" );
	$value = $file ? rtrim( (string) file_get_contents( $file ), "\r\n" ) : getenv( $name );
	if ( false !== $value && '' !== $value ) {
		return $value;
	}
	if ( null === $missing ) {
		error_log( "wp-config: $name is not set" );
		http_response_code( 500 );
		exit( 'The blog is not configured.' );
	}
	return $missing;
}

define( 'DB_NAME', bookstore_setting( 'WORDPRESS_DB_NAME' ) );
define( 'DB_USER', bookstore_setting( 'WORDPRESS_DB_USER' ) );
define( 'DB_PASSWORD', bookstore_setting( 'WORDPRESS_DB_PASSWORD' ) );
define( 'DB_HOST', bookstore_setting( 'WORDPRESS_DB_HOST' ) );
define( 'DB_WRITER_HOST', bookstore_setting( 'WORDPRESS_DB_WRITER_HOST', '' ) );
define( 'DB_FORWARDING', bookstore_setting( 'WORDPRESS_DB_FORWARDING', '' ) );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
if ( 'on' === bookstore_setting( 'WORDPRESS_DB_TLS', 'off' ) ) {
	define( 'MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_VERIFY_SERVER_CERT );
}
$table_prefix = 'wp_';

// One secret is enough: each of WordPress's eight is derived from it, and all change when it does.
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $use ) {
	define( "{$use}_KEY", hash_hmac( 'sha256', "{$use}_KEY", bookstore_setting( 'WORDPRESS_SALT' ) ) );
	define( "{$use}_SALT", hash_hmac( 'sha256', "{$use}_SALT", bookstore_setting( 'WORDPRESS_SALT' ) ) );
}

// The addresses are settings, not rows of a database that several regions share.
define( 'WP_HOME', rtrim( bookstore_setting( 'WORDPRESS_URL' ), '/' ) );
define( 'WP_SITEURL', WP_HOME );
define( 'BOOKSTORE_SHOP_URL', rtrim( bookstore_setting( 'WORDPRESS_SHOP_URL', WP_HOME ), '/' ) );
define( 'BOOKSTORE_REGION', bookstore_setting( 'WORDPRESS_REGION', '' ) );
define( 'BOOKSTORE_ADMIN_ADDRESSES', bookstore_setting( 'WORDPRESS_ADMIN_ADDRESSES', '' ) );
define( 'BOOKSTORE_UPLOADS_BUCKET', bookstore_setting( 'WORDPRESS_UPLOADS_BUCKET', '' ) );
define( 'BOOKSTORE_HEALTH_SECONDS', (int) bookstore_setting( 'WORDPRESS_HEALTH_SECONDS', '0' ) );
define( 'WP_DEFAULT_THEME', 'meridian' );

// The image is the release: nothing in it changes at run time.
define( 'DISALLOW_FILE_EDIT', true );
define( 'DISALLOW_FILE_MODS', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_POST_REVISIONS', 10 );
define( 'WP_DEBUG', false );

// The load balancer ends TLS; WordPress must not answer its plain request with a redirect to itself.
if ( 'https' === ( $_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '' ) ) {
	$_SERVER['HTTPS'] = 'on';
}

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
