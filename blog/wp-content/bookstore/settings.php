<?php
/**
 * Values from the environment, and those settings that are needed before wp-config.php.
 *
 * @package Bookstore
 */

/**
 * Reads NAME from the file that NAME_FILE names, or else from the environment, as WordPress's official image does.
 * Ends the request with 500 if a required value is missing.
 *
 * @param string      $name    Name without _FILE.
 * @param string|null $missing Default; null makes the value required.
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

define( 'DB_WRITER_HOST', bookstore_setting( 'WORDPRESS_DB_WRITER_HOST', '' ) );
define( 'BOOKSTORE_REGION', bookstore_setting( 'WORDPRESS_REGION', '' ) );
define( 'BOOKSTORE_ADMIN_ADDRESSES', bookstore_setting( 'WORDPRESS_ADMIN_ADDRESSES', '' ) );
