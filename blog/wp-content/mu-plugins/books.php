<?php
/**
 * Plugin Name: Books
 * Description: Connects posts with books: a hidden taxonomy, a shortcode that links to a book's page, cards of books, fields of the REST API, and scheduled posts.
 *
 * @package Bookstore
 */

/** Names of the terms are book ids of the catalog. Slugs cannot contain their dots and capitals. */
const BOOKSTORE_TAXONOMY = 'book';

/**
 * Address of a book's page in the storefront.
 *
 * @param string $id Book id.
 */
function bookstore_book_url( string $id ): string {
	return BOOKSTORE_SHOP_URL . '/books/' . rawurlencode( $id );
}

/**
 * Ids of the books that a post is about.
 *
 * @param int $post_id Post.
 * @return list<string>
 */
function bookstore_books_of( int $post_id ): array {
	$terms = get_the_terms( $post_id, BOOKSTORE_TAXONOMY );
	return is_array( $terms ) ? wp_list_pluck( $terms, 'name' ) : array();
}

/**
 * The books that a post names, for cards: title from the post, author and price from the API.
 *
 * @param int $post_id Post.
 * @return list<array{id: string, title: string, author: string, price: string}>
 */
function bookstore_cards_of( int $post_id ): array {
	preg_match_all( '/\[book id="([^"]+)"\](.*?)\[\/book\]/s', (string) get_post_field( 'post_content', $post_id ), $named );
	$titles  = array_combine( $named[1], $named[2] );
	$details = Bookstore_Catalog::books( array_keys( $titles ) );
	$cards   = array();
	foreach ( $titles as $id => $title ) {
		$cards[] = array( 'id' => (string) $id, 'title' => wp_strip_all_tags( $title ) ) + ( $details[ $id ] ?? array( 'author' => '', 'price' => '' ) );
	}
	return $cards;
}

add_action(
	'init',
	static function (): void {
		register_taxonomy( BOOKSTORE_TAXONOMY, 'post', array( 'public' => false, 'show_ui' => true, 'label' => 'Books' ) );
		// [book id="dune"]Dune[/book]: posts do not contain the storefront's address, which is a setting.
		add_shortcode(
			'book',
			static function ( $attributes, ?string $title ): string {
				$url = bookstore_book_url( (string) ( $attributes['id'] ?? '' ) );
				return sprintf( '<cite><a href="%s">%s</a></cite>', esc_url( $url ), wp_kses_post( (string) $title ) );
			}
		);
	}
);
add_filter( 'get_the_excerpt', 'do_shortcode' );

add_action(
	'rest_api_init',
	static function (): void {
		$fields = array(
			'books'  => static fn ( array $post ): array => bookstore_books_of( $post['id'] ),
			'byline' => static fn ( array $post ): string => get_the_author_meta( 'display_name', (int) get_post_field( 'post_author', $post['id'] ) ),
		);
		foreach ( $fields as $name => $read ) {
			register_rest_field( 'post', $name, array( 'get_callback' => $read ) );
		}
	}
);

// GET /wp/v2/posts?book=dune: the posts about one book.
add_filter(
	'rest_post_collection_params',
	static function ( array $parameters ): array {
		$parameters['book'] = array(
			'description' => 'Only posts about the book with this id.',
			'type'        => 'string',
			'pattern'     => '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
		);
		return $parameters;
	}
);
add_filter(
	'rest_post_query',
	static function ( array $query, WP_REST_Request $request ): array {
		if ( is_string( $request['book'] ) ) {
			$query['tax_query'][] = array(
				'taxonomy' => BOOKSTORE_TAXONOMY,
				'field'    => 'name',
				'terms'    => $request['book'],
			);
		}
		return $query;
	},
	10,
	2
);

// WordPress publishes a scheduled post by its cron, which does not run here: most regions cannot write. Instead readers
// get a scheduled post from its time on.
add_action(
	'pre_get_posts',
	static function ( WP_Query $query ): void {
		$status = $query->get( 'post_status' );
		if ( ! is_admin() && ! Bookstore_Access::is_editing() && in_array( $status, array( '', 'publish', array( 'publish' ) ), true ) ) {
			$query->set( 'post_status', array( 'publish', 'future' ) );
			$query->set( 'bookstore_due', true );
		}
	}
);
add_filter(
	'posts_where',
	static function ( string $where, WP_Query $query ): string {
		global $wpdb;
		$due = $wpdb->prepare( " AND ({$wpdb->posts}.post_status <> 'future' OR {$wpdb->posts}.post_date_gmt <= %s)", gmdate( 'Y-m-d H:i:s' ) );
		return $query->get( 'bookstore_due' ) ? $where . $due : $where;
	},
	10,
	2
);
add_filter(
	'posts_results',
	static function ( array $posts, WP_Query $query ): array {
		foreach ( $query->get( 'bookstore_due' ) ? $posts : array() as $post ) {
			if ( $post instanceof WP_Post && 'future' === $post->post_status ) {
				$post->post_status = 'publish';
			}
		}
		return $posts;
	},
	10,
	2
);

// A feed's Last-Modified and ETag. WordPress takes them from published posts only, so a reader that has an older version
// would get 304. A due post counts from its time on, which is later than its last change.
add_filter(
	'get_lastpostmodified',
	static function ( $modified, string $timezone, string $post_type ) {
		global $wpdb;
		$types  = 'any' === $post_type ? get_post_types( array( 'public' => true ) ) : array( $post_type );
		$places = implode( ', ', array_fill( 0, count( $types ), '%s' ) );
		$newest = $wpdb->get_var(
			$wpdb->prepare(
				"SELECT MAX( GREATEST( post_date_gmt, post_modified_gmt ) ) FROM {$wpdb->posts} WHERE post_status = 'future' AND post_date_gmt <= %s AND post_type IN ( $places )",
				array( gmdate( 'Y-m-d H:i:s' ), ...array_values( $types ) )
			)
		);
		if ( null === $newest ) {
			return $modified;
		}
		return max( (string) $modified, 'blog' === strtolower( $timezone ) ? get_date_from_gmt( $newest ) : $newest );
	},
	10,
	3
);
