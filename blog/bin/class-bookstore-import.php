<?php
/**
 * Makes the blog contain the posts of the content folder.
 *
 * @package Bookstore
 */

/** Steps of the import. WordPress and its upgrade functions must be loaded. */
final class Bookstore_Import {

	private const TITLE    = 'The Meridian Reader';
	private const OPERATOR = 'shopkeeper';

	/** Post meta by which an unchanged post is recognized. */
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
		'permalink_structure'    => '/%postname%/',
	);

	/** Option with the settings that were applied last. */
	private const SETTLED = 'bookstore_settings';

	/** Names of categories that differ from the catalog's, as in the storefront (web/src/locales/en/front.json). */
	private const LABELS = array( 'Database' => 'Databases' );

	/** Sample posts and page of WordPress. */
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
		// Without the lock, two imports at once would both install.
		if ( '1' !== $wpdb->get_var( "SELECT GET_LOCK('bookstore_import', 60)" ) ) {
			throw new Bookstore_Import_Error( 'another import is still running' );
		}
		if ( ! is_blog_installed() ) {
			// A random password. An operator sets another one before editing, as the runbook describes.
			wp_install( self::TITLE, self::OPERATOR, self::OPERATOR . '@' . wp_parse_url( WP_HOME, PHP_URL_HOST ), true, '', wp_generate_password( 40 ) );
		} elseif ( (int) get_option( 'db_version' ) !== (int) $GLOBALS['wp_db_version'] ) {
			wp_upgrade();
		}
		// Also after an interrupted installation.
		if ( get_option( self::SETTLED ) !== self::SETTINGS ) {
			self::settle();
		}
	}

	/**
	 * Import every file of a folder.
	 *
	 * @param string $folder Folder of <slug>.html.
	 * @return string Result in one line.
	 * @throws Bookstore_Import_Error When a file is malformed; nothing is imported then.
	 */
	public static function of( string $folder ): string {
		$files = glob( rtrim( $folder, '/' ) . '/*.html' );
		if ( array() === $files ) {
			throw new Bookstore_Import_Error( "$folder: no .html file in it" );
		}
		$documents = array_map( array( Bookstore_Document::class, 'read' ), $files );
		$changed   = count( array_filter( $documents, array( self::class, 'put' ) ) );
		self::label_categories();
		return sprintf( 'posts: %d in the folder, %d written', count( $documents ), $changed );
	}

	/** Name the categories as the storefront does. */
	private static function label_categories(): void {
		foreach ( self::LABELS as $name => $label ) {
			$term = get_category_by_slug( sanitize_title( $name ) );
			if ( $term && $term->name !== $label ) {
				wp_update_term( $term->term_id, 'category', array( 'name' => $label, 'slug' => $term->slug ) );
			}
		}
	}

	/** Apply the settings. */
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
		$wp_rewrite->init();
		// WordPress registered the categories before there were permalinks, so without rules for their pages.
		create_initial_taxonomies();
		flush_rewrite_rules( false );
		update_option( self::SETTLED, self::SETTINGS );
	}

	/**
	 * Write a post unless the blog has it unchanged.
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
		// The files are reviewed like code, so their markup is trusted.
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
	 * The user of a byline. Its login name cannot be derived from the byline.
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
