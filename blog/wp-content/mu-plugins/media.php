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
		$folder['basedir'] = Bookstore_Media::folder();
		$folder['baseurl'] = WP_HOME . rtrim( Bookstore_Media::PATH, '/' );
		$folder['path']    = $folder['basedir'] . $folder['subdir'];
		$folder['url']     = $folder['baseurl'] . $folder['subdir'];
		return $folder;
	}
);
add_filter( 'wp_unique_filename', array( 'Bookstore_Media', 'unique' ), 20, 3 );

if ( '' !== BOOKSTORE_UPLOADS_BUCKET ) {
	// Each file is kept by the request that writes it: the block editor sends an image and its sizes in several requests,
	// which different tasks may answer. Uploads, files that WordPress extracts from them, and sizes made by the browser:
	add_filter( 'wp_handle_upload', array( 'Bookstore_Media', 'keep_upload' ) );
	// Sizes made by WordPress, and changed images; the image editors of WordPress apply it to each file they write.
	add_filter( 'image_make_intermediate_size', array( 'Bookstore_Media', 'keep_image' ) );
	add_filter(
		'wp_delete_file',
		static function ( string $path ): string {
			Bookstore_Media::forget( $path );
			return $path;
		}
	);
	// WordPress applies that filter only to files on this task's disk.
	add_action(
		'delete_attachment',
		static function ( int $attachment_id ): void {
			foreach ( bookstore_files_of( $attachment_id ) as $path ) {
				if ( ! file_exists( $path ) ) {
					Bookstore_Media::forget( $path );
				}
			}
		}
	);
}

/**
 * Paths of an attachment's files, as wp_delete_attachment_files() finds them: the file, its sizes, and what both were before
 * a change.
 *
 * @param int $attachment_id Attachment.
 * @return list<string>
 */
function bookstore_files_of( int $attachment_id ): array {
	$file = (string) get_attached_file( $attachment_id );
	if ( '' === $file ) {
		return array();
	}
	$metadata = (array) wp_get_attachment_metadata( $attachment_id );
	$previous = get_post_meta( $attachment_id, '_wp_attachment_backup_sizes', true );
	$names    = array_merge( array_column( $metadata['sizes'] ?? array(), 'file' ), array_column( is_array( $previous ) ? $previous : array(), 'file' ) );
	foreach ( array( 'original_image', 'source_image', 'animated_video', 'animated_video_poster' ) as $key ) {
		$names[] = $metadata[ $key ] ?? '';
	}
	$names = array_unique( array_filter( $names ) );
	return array( $file, ...array_map( static fn ( string $name ): string => dirname( $file ) . "/$name", array_values( $names ) ) );
}
