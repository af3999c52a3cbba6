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

	/** For editors. */
	private const NOT_KEPT = 'The file could not be stored. Please try again.';

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
		// A browser does not keep a file that is shorter.
		if ( '' !== $file['length'] ) {
			header( "Content-Length: {$file['length']}" );
		}
		fpassthru( $file['stream'] );
		exit;
	}

	/** Folder of uploads on the task's disk. */
	public static function folder(): string {
		return sys_get_temp_dir() . '/uploads';
	}

	/**
	 * Add random characters to the name of a new file. WordPress looks for files of the same name on the task's disk only,
	 * so a new file would replace an older one in the bucket.
	 *
	 * @param string $name      Name that WordPress chose.
	 * @param string $extension Extension of the name.
	 * @param string $folder    Folder of the file. Names of temporary files stay.
	 */
	public static function unique( string $name, string $extension, string $folder ): string {
		if ( ! self::is_upload( "$folder/$name" ) ) {
			return $name;
		}
		$stem = substr( $name, 0, strlen( $name ) - strlen( $extension ) );
		return "$stem-" . bin2hex( random_bytes( 5 ) ) . substr( $name, strlen( $stem ) );
	}

	/**
	 * Keep an uploaded file. If the bucket does not accept it, the upload fails.
	 *
	 * @param array $upload What `wp_handle_upload` filters: file, url, type; error if the upload failed.
	 * @return array The same, or an error.
	 */
	public static function keep_upload( array $upload ): array {
		if ( ! empty( $upload['error'] ) || self::keep( $upload['file'] ) ) {
			return $upload;
		}
		unlink( $upload['file'] );
		return array( 'error' => self::NOT_KEPT );
	}

	/**
	 * Keep an image that WordPress wrote: a size, or a changed image. If the bucket does not accept it, the request ends with
	 * 500, before the image is recorded. The editor's browser then requests the missing sizes again, and removes the upload
	 * if that fails too (wp-includes/js/dist/api-fetch.js).
	 *
	 * @param string $path Where it is.
	 */
	public static function keep_image( string $path ): string {
		if ( self::is_upload( $path ) && ! self::keep( $path ) ) {
			unlink( $path );
			wp_die( self::NOT_KEPT, '', array( 'response' => 500 ) );
		}
		return $path;
	}

	/**
	 * Put a file of `folder()` into the bucket.
	 *
	 * @param string $path Where it is.
	 * @return bool Whether S3 accepted it.
	 */
	private static function keep( string $path ): bool {
		$body   = (string) file_get_contents( $path );
		$status = self::bucket()->call( 'PUT', self::key( $path ), $body, (string) mime_content_type( $path ) )['status'];
		if ( 200 !== $status ) {
			error_log( 'media: S3 answered ' . $status . ' for ' . self::key( $path ) );
		}
		return 200 === $status;
	}

	/**
	 * Remove a file from the bucket.
	 *
	 * @param string $path Where it is, or would be on this task's disk.
	 */
	public static function forget( string $path ): void {
		if ( self::is_upload( $path ) ) {
			self::bucket()->call( 'DELETE', self::key( $path ) );
		}
	}

	/**
	 * Whether a file belongs to the uploads. Temporary files do not.
	 *
	 * @param string $path Where it is.
	 */
	private static function is_upload( string $path ): bool {
		return str_starts_with( $path, self::folder() . '/' );
	}

	/**
	 * Object of a file.
	 *
	 * @param string $path Where it is on a task's disk, in `folder()`.
	 */
	private static function key( string $path ): string {
		return 'uploads/' . substr( $path, strlen( self::folder() ) + 1 );
	}

	/** Bucket of this region. */
	private static function bucket(): Bookstore_Bucket {
		return new Bookstore_Bucket( BOOKSTORE_UPLOADS_BUCKET, BOOKSTORE_REGION, Bookstore_Bucket::task_credentials() );
	}
}
