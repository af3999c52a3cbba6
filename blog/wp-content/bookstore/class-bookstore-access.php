<?php
/**
 * Decides from the request alone, before WordPress loads, whether it is refused and whether it is an edit.
 *
 * The load balancer refuses the same paths, but a doubled slash or an encoded letter evades its patterns. This class
 * checks the normalized path and the script that PHP is about to run.
 *
 * @package Bookstore
 */

/** Rules for the prepended file, the database drop-in and the must-use plugins. */
final class Bookstore_Access {

	/** Scripts for editors only. */
	private const EDITORS_ONLY = '#^/(?:wp-admin|wp-login\.php|wp-cron\.php|wp-signup\.php|wp-activate\.php)(?:/|$)#i';

	/** Scripts that are closed to everyone: remote procedure calls, comments, trackbacks, mail, concatenated scripts. */
	private const CLOSED = '#^/(?:xmlrpc\.php|wp-comments-post\.php|wp-trackback\.php|wp-mail\.php|wp-admin/load-(?:scripts|styles)\.php)(?:/|$)#i';

	/** Query parameters with which WordPress's REST API changes the method or answers with a script. */
	private const REFUSED_PARAMETERS = array( '_method', '_jsonp' );

	/** End the request if this visitor may not make it. */
	public static function refuse_strangers(): void {
		if ( 'cli' === PHP_SAPI ) {
			return;
		}
		if ( self::wants( self::CLOSED ) || ( self::wants( self::EDITORS_ONLY ) && ! self::is_admitted() ) ) {
			self::refuse( 403, 'Forbidden' );
		}
		if ( self::changes_its_meaning() ) {
			self::refuse( 400, 'Bad Request' );
		}
		if ( ! self::is_admitted() && ( isset( $_GET['author'] ) || isset( $_GET['author_name'] ) ) ) {
			self::refuse( 404, 'Not Found' );
		}
		if ( ! self::is_read() && ! ( self::is_admitted() && '' !== DB_WRITER_HOST ) ) {
			header( 'Allow: GET, HEAD, OPTIONS' );
			self::refuse( 405, 'Method Not Allowed' );
		}
	}

	/** Whether the request is an edit: by an admitted address, for an editors' script, with credentials or a body. */
	public static function is_editing(): bool {
		return self::is_admitted() && ( self::wants( self::EDITORS_ONLY ) || self::has_credentials() || ! self::is_read() );
	}

	/** Whether the visitor's address may edit. */
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
	 * Whether the requested path, or the script that answers it, matches.
	 *
	 * @param string $pattern Pattern of normalized paths.
	 */
	private static function wants( string $pattern ): bool {
		$root  = rtrim( $_SERVER['DOCUMENT_ROOT'] ?? '', '/' );
		$file  = $_SERVER['SCRIPT_FILENAME'] ?? '';
		$paths = array(
			rawurldecode( (string) strtok( $_SERVER['REQUEST_URI'] ?? '/', '?' ) ),
			$_SERVER['SCRIPT_NAME'] ?? '',
			'' !== $root && str_starts_with( $file, "$root/" ) ? substr( $file, strlen( $root ) ) : '',
		);
		return array() !== preg_grep( $pattern, array_map( array( self::class, 'normalized' ), $paths ) );
	}

	/**
	 * A path as Apache resolves it: without empty and dot segments.
	 *
	 * @param string $path Decoded path.
	 */
	private static function normalized( string $path ): string {
		$kept = array();
		foreach ( explode( '/', $path ) as $segment ) {
			if ( '..' === $segment ) {
				array_pop( $kept );
			} elseif ( '' !== $segment && '.' !== $segment ) {
				$kept[] = $segment;
			}
		}
		return '/' . implode( '/', $kept );
	}

	/** Whether parameters or headers make WordPress answer another request than the one that caches and rules see. */
	private static function changes_its_meaning(): bool {
		if ( array_intersect_key( $_GET + $_POST, array_flip( self::REFUSED_PARAMETERS ) ) ) {
			return true;
		}
		// The block editor sends PUT and DELETE as POST with this header.
		return isset( $_SERVER['HTTP_X_HTTP_METHOD_OVERRIDE'] ) && ! self::is_admitted();
	}

	/** Whether the method only reads. */
	private static function is_read(): bool {
		return in_array( $_SERVER['REQUEST_METHOD'] ?? 'GET', array( 'GET', 'HEAD', 'OPTIONS' ), true );
	}

	/** Whether the request has credentials. WordPress verifies them later. */
	private static function has_credentials(): bool {
		if ( isset( $_SERVER['HTTP_AUTHORIZATION'] ) || isset( $_SERVER['PHP_AUTH_USER'] ) ) {
			return true;
		}
		return array() !== preg_grep( '/^wordpress_(?:logged_in_|sec_)?[0-9a-f]/', array_keys( $_COOKIE ) );
	}

	/** Address that the load balancer, the last proxy, saw. */
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
	 * @param string $reason Reason phrase.
	 */
	private static function refuse( int $status, string $reason ): never {
		http_response_code( $status );
		header( 'Content-Type: text/plain; charset=utf-8' );
		header( 'Cache-Control: no-store' );
		header( 'x-region: ' . BOOKSTORE_REGION );
		exit( "$reason\n" );
	}
}
