<?php
/**
 * Media are stored in the region's bucket, because a task's disk is temporary. They are served under /media/, so that the
 * bucket stays private and caches can keep them.
 *
 * @package Bookstore
 */

/** Names and storage of uploaded files. */
final class Bookstore_Media {

	public const PATH = '/media/';

	/** Year, month, name. WordPress has sanitized the name. */
	private const NAME = '#^\d{4}/\d{2}/[\w][\w.\-]*$#u';

	/** End the request if it is for a file in the bucket. */
	public static function answer_if_asked(): void {
		$path = rawurldecode( (string) strtok( $_SERVER['REQUEST_URI'] ?? '', '?' ) );
		if ( 'cli' === PHP_SAPI || '' === BOOKSTORE_UPLOADS_BUCKET || ! str_starts_with( $path, self::PATH ) ) {
			return;
		}
		$name = substr( $path, strlen( self::PATH ) );
		$file = preg_match( self::NAME, $name ) ? self::bucket()->call( 'GET', "uploads/$name" ) : array( 'status' => 404 );
		header( 'x-region: ' . BOOKSTORE_REGION );
		header( 'X-Content-Type-Options: nosniff' );
		if ( 200 !== $file['status'] ) {
			http_response_code( in_array( $file['status'], array( 403, 404 ), true ) ? 404 : 502 );
			header( 'Cache-Control: no-store' );
			exit;
		}
		header( "Content-Type: {$file['type']}" );
		// An SVG opened by itself must not run scripts.
		header( "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; sandbox" );
		header( 'Cache-Control: public, max-age=31536000, immutable' );
		exit( $file['body'] );
	}

	/**
	 * Put a file from the task's disk into the bucket.
	 *
	 * @param string $name Year, month and name.
	 * @param string $path Where it is.
	 * @return bool Whether S3 accepted it.
	 */
	public static function keep( string $name, string $path ): bool {
		$body = (string) file_get_contents( $path );
		return 200 === self::bucket()->call( 'PUT', "uploads/$name", $body, (string) mime_content_type( $path ) )['status'];
	}

	/**
	 * Remove a file from the bucket.
	 *
	 * @param string $name Year, month and name.
	 */
	public static function forget( string $name ): void {
		self::bucket()->call( 'DELETE', "uploads/$name" );
	}

	/** Bucket of this region. */
	private static function bucket(): Bookstore_Bucket {
		return new Bookstore_Bucket( BOOKSTORE_UPLOADS_BUCKET, BOOKSTORE_REGION, Bookstore_Bucket::task_credentials() );
	}
}
