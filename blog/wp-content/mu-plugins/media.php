<?php
/**
 * Plugin Name: Media
 * Description: Stores uploads in the region's bucket, because the task's disk is temporary.
 *
 * @package Bookstore
 */

add_filter(
	'upload_dir',
	static function ( array $folder ): array {
		$folder['basedir'] = sys_get_temp_dir() . '/uploads';
		$folder['baseurl'] = WP_HOME . rtrim( Bookstore_Media::PATH, '/' );
		$folder['path']    = $folder['basedir'] . $folder['subdir'];
		$folder['url']     = $folder['baseurl'] . $folder['subdir'];
		return $folder;
	}
);

if ( '' !== BOOKSTORE_UPLOADS_BUCKET ) {
	// The last step of every upload: all sizes of an image exist.
	add_filter(
		'wp_generate_attachment_metadata',
		static function ( $metadata, int $attachment_id ) {
			$main   = (string) get_post_meta( $attachment_id, '_wp_attached_file', true );
			$names  = array( $main );
			$folder = dirname( $main );
			foreach ( array( $metadata['original_image'] ?? null, ...array_column( $metadata['sizes'] ?? array(), 'file' ) ) as $file ) {
				if ( null !== $file ) {
					$names[] = "$folder/$file";
				}
			}
			foreach ( array_unique( $names ) as $name ) {
				$path = wp_upload_dir()['basedir'] . "/$name";
				if ( file_exists( $path ) && ! Bookstore_Media::keep( $name, $path ) ) {
					error_log( "media: $name could not be put into the bucket" );
				}
			}
			return $metadata;
		},
		10,
		2
	);
	add_filter(
		'wp_delete_file',
		static function ( string $path ): string {
			$base = wp_upload_dir()['basedir'] . '/';
			if ( str_starts_with( $path, $base ) ) {
				Bookstore_Media::forget( substr( $path, strlen( $base ) ) );
			}
			return $path;
		}
	);
}
