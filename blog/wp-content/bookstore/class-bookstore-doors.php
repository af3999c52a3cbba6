<?php
/**
 * Who asks, and for what? Decided from the request alone, before WordPress and its database are involved.
 *
 * The load balancer closes the same doors by path; but `//xmlrpc.php` or an encoded letter gets past a path rule, so
 * what counts is the script that WordPress itself is about to run.
 *
 * @package Bookstore
 */

/** The rules that the database drop-in and the must-use plugins share. */
final class Bookstore_Doors {

	/** Scripts that only editors use. */
	private const BACK_ROOMS = '#^/+(?:wp-admin|wp-login\.php|wp-cron\.php|wp-signup\.php|wp-activate\.php)(?:/|$)#i';

	/** Ways in that nobody uses: remote procedure calls, comments and trackbacks, mail. */
	private const BRICKED_UP = '#^/+(?:xmlrpc\.php|wp-comments-post\.php|wp-trackback\.php|wp-mail\.php)(?:/|$)#i';

	/** End the request if strangers, or nobody at all, may make it. */
	public static function refuse_intruders(): void {
		if ( 'cli' === PHP_SAPI ) {
			return;
		}
		if ( self::wants( self::BRICKED_UP ) || ( self::wants( self::BACK_ROOMS ) && ! self::is_admitted() ) ) {
			self::refuse( 403, 'Forbidden' );
		}
		if ( ! self::is_admitted() && ( isset( $_GET['author'] ) || isset( $_GET['author_name'] ) ) ) {
			self::refuse( 404, 'Not Found' );
		}
		if ( ! self::is_read() && ! ( self::is_admitted() && '' !== DB_WRITER_HOST ) ) {
			header( 'Allow: GET, HEAD, OPTIONS' );
			self::refuse( 405, 'Method Not Allowed' );
		}
	}

	/** Whether the request is an editor's: it wants a back room, carries credentials or sends something. */
	public static function is_editing(): bool {
		return self::is_admitted() && ( self::wants( self::BACK_ROOMS ) || self::has_credentials() || ! self::is_read() );
	}

	/** Whether the visitor's address is on the list of those who may edit. */
	public static function is_admitted(): bool {
		$visitor = self::visitor();
		foreach ( array_filter( array_map( 'trim', explode( ',', BOOKSTORE_ADMIN_ADDRESSES ) ) ) as $block ) {
			if ( self::is_within( $visitor, $block ) ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether the address that was typed, or the script that answers it, is one of these.
	 *
	 * @param string $rooms Pattern of paths.
	 */
	private static function wants( string $rooms ): bool {
		$path = rawurldecode( (string) strtok( $_SERVER['REQUEST_URI'] ?? '/', '?' ) );
		return 1 === preg_match( $rooms, $path ) || 1 === preg_match( $rooms, $_SERVER['SCRIPT_NAME'] ?? '' );
	}

	/** Whether the method promises to change nothing. */
	private static function is_read(): bool {
		return in_array( $_SERVER['REQUEST_METHOD'] ?? 'GET', array( 'GET', 'HEAD', 'OPTIONS' ), true );
	}

	/** Whether somebody claims to be signed in; whether it is true, WordPress finds out. */
	private static function has_credentials(): bool {
		if ( isset( $_SERVER['HTTP_AUTHORIZATION'] ) || isset( $_SERVER['PHP_AUTH_USER'] ) ) {
			return true;
		}
		return array() !== preg_grep( '/^wordpress_(?:logged_in_|sec_)?[0-9a-f]/', array_keys( $_COOKIE ) );
	}

	/** The address of who asked: what the load balancer, the last of the proxies, saw. */
	private static function visitor(): string {
		$forwarded = explode( ',', $_SERVER['HTTP_X_FORWARDED_FOR'] ?? '' );
		$last      = trim( end( $forwarded ) );
		return '' === $last ? $_SERVER['REMOTE_ADDR'] ?? '' : $last;
	}

	/**
	 * Whether an address lies in a block.
	 *
	 * @param string $address IPv4 or IPv6.
	 * @param string $block   Address or CIDR block.
	 */
	private static function is_within( string $address, string $block ): bool {
		list( $network, $length ) = explode( '/', "$block/" );
		$address                  = filter_var( $address, FILTER_VALIDATE_IP ) ? inet_pton( $address ) : '';
		$network                  = filter_var( $network, FILTER_VALIDATE_IP ) ? inet_pton( $network ) : '?';
		if ( strlen( $address ) !== strlen( $network ) ) {
			return false;
		}
		$bits  = '' === $length ? 8 * strlen( $network ) : (int) $length;
		$bytes = intdiv( $bits, 8 );
		$rest  = $bits % 8;
		return substr( $address, 0, $bytes ) === substr( $network, 0, $bytes )
			&& ( 0 === $rest || ord( $address[ $bytes ] ) >> ( 8 - $rest ) === ord( $network[ $bytes ] ) >> ( 8 - $rest ) );
	}

	/**
	 * End the request.
	 *
	 * @param int    $status HTTP status.
	 * @param string $reason Its words.
	 */
	private static function refuse( int $status, string $reason ): never {
		http_response_code( $status );
		header( 'Content-Type: text/plain; charset=utf-8' );
		header( 'Cache-Control: no-store' );
		header( 'x-region: ' . BOOKSTORE_REGION );
		exit( "$reason\n" );
	}
}
