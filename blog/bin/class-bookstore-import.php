<?php
/**
 * Brings the blog to what the content folder says.
 *
 * @package Bookstore
 */

/** The import's steps; WordPress and its upgrade functions are loaded. */
final class Bookstore_Import {

	private const TITLE    = 'The Meridian Reader';
	private const OPERATOR = 'shopkeeper';

	/** Post meta that tells an unchanged post. */
	private const FINGERPRINT = '_bookstore_fingerprint';

	private const SETTINGS = array(
		'blogname'               => self::TITLE,
		'blogdescription'        => 'Notes from the shelves of Meridian Books',
		'default_comment_status' => 'closed',
		'default_ping_status'    => 'closed',
		'default_pingback_flag'  => '0',
		'posts_per_page'         => '12',
		'timezone_string'        => 'UTC',
		'template'               => WP_DEFAULT_THEME,
		'stylesheet'             => WP_DEFAULT_THEME,
	);

	/** Option that holds the settings which were last put in place. */
	private const SETTLED = 'bookstore_settings';

	/** WordPress's own first posts and page, which nobody wrote for this blog. */
	private const SAMPLES = array( 'hello-world', 'sample-page', 'privacy-policy' );

	/**
	 * Install WordPress if the database is empty, else bring its tables up to this release.
	 *
	 * @throws Bookstore_Import_Error When the database cannot be written.
	 */
	public static function install(): void {
		global $wpdb;
		if ( '' === DB_WRITER_HOST ) {
			throw new Bookstore_Import_Error( 'WORDPRESS_DB_WRITER_HOST is empty: run this where the database can be written' );
		}
		// Two imports at once would both install; the second waits, then finds it done.
		if ( '1' !== $wpdb->get_var( "SELECT GET_LOCK('bookstore_import', 60)" ) ) {
			throw new Bookstore_Import_Error( 'another import is still running' );
		}
		if ( ! is_blog_installed() ) {
			// Nobody knows this password: an operator who wants to edit sets one, as the runbook says.
			wp_install( self::TITLE, self::OPERATOR, self::OPERATOR . '@' . wp_parse_url( WP_HOME, PHP_URL_HOST ), true, '', wp_generate_password( 40 ) );
		} elseif ( (int) get_option( 'db_version' ) !== (int) $GLOBALS['wp_db_version'] ) {
			wp_upgrade();
		}
		// Not only after the installation: one that was cut short is finished by the next run.
		if ( get_option( self::SETTLED ) !== self::SETTINGS ) {
			self::settle();
		}
	}

	/**
	 * Import every file of a folder.
	 *
	 * @param string $folder Folder of <slug>.html.
	 * @return string One line for people.
	 * @throws Bookstore_Import_Error When a file is malformed; nothing is imported then.
	 */
	public static function of( string $folder ): string {
		$files = glob( rtrim( $folder, '/' ) . '/*.html' );
		if ( array() === $files ) {
			throw new Bookstore_Import_Error( "$folder: no .html file in it" );
		}
		$documents = array_map( array( Bookstore_Document::class, 'read' ), $files );
		$changed = count( array_filter( $documents, array( self::class, 'put' ) ) );
		return sprintf( 'posts: %d in the folder, %d written', count( $documents ), $changed );
	}

	/** What WordPress otherwise asks people on its settings pages. */
	private static function settle(): void {
		global $wp_rewrite;
		foreach ( self::SAMPLES as $slug ) {
			$sample = get_page_by_path( $slug, OBJECT, array( 'post', 'page' ) );
			if ( $sample ) {
				wp_delete_post( $sample->ID, true );
			}
		}
		foreach ( self::SETTINGS as $name => $value ) {
			update_option( $name, $value );
		}
		$wp_rewrite->set_permalink_structure( '/%postname%/' );
		flush_rewrite_rules( false );
		update_option( self::SETTLED, self::SETTINGS );
	}

	/**
	 * Write a post unless the blog has it already, word for word.
	 *
	 * @param Bookstore_Document $document Post.
	 * @return bool Whether something was written.
	 * @throws Bookstore_Import_Error When WordPress refuses it.
	 */
	private static function put( Bookstore_Document $document ): bool {
		$known = get_page_by_path( $document->slug, OBJECT, 'post' );
		if ( $known && get_post_meta( $known->ID, self::FINGERPRINT, true ) === $document->fingerprint() ) {
			return false;
		}
		// The files are reviewed like code: their markup is trusted.
		kses_remove_filters();
		$id = wp_insert_post(
			wp_slash(
				array(
					'ID'            => $known->ID ?? 0,
					'post_name'     => $document->slug,
					'post_title'    => $document->title,
					'post_content'  => $document->body,
					'post_excerpt'  => $document->excerpt,
					'post_status'   => 'publish',
					'post_author'   => self::author( $document->author ),
					'post_date_gmt' => "$document->date 09:00:00",
					'post_category' => array_map( 'wp_create_category', $document->categories ),
				)
			),
			true
		);
		if ( is_wp_error( $id ) ) {
			throw new Bookstore_Import_Error( "$document->slug: " . $id->get_error_message() );
		}
		wp_set_object_terms( $id, $document->books, BOOKSTORE_TAXONOMY );
		update_post_meta( $id, self::FINGERPRINT, $document->fingerprint() );
		return true;
	}

	/**
	 * The user behind a byline; its login name cannot be told from what readers see.
	 *
	 * @param string $byline Display name.
	 * @throws Bookstore_Import_Error When WordPress refuses it.
	 */
	private static function author( string $byline ): int {
		$known = get_users(
			array(
				'search'         => $byline,
				'search_columns' => array( 'display_name' ),
				'fields'         => 'ID',
			)
		);
		if ( array() !== $known ) {
			return (int) $known[0];
		}
		$login = 'desk-' . bin2hex( random_bytes( 6 ) );
		$id    = wp_insert_user(
			array(
				'user_login'    => $login,
				'user_nicename' => $login,
				'user_pass'     => wp_generate_password( 40 ),
				'display_name'  => $byline,
				'nickname'      => $byline,
				'role'          => 'author',
			)
		);
		if ( is_wp_error( $id ) ) {
			throw new Bookstore_Import_Error( "$byline: " . $id->get_error_message() );
		}
		return $id;
	}
}
