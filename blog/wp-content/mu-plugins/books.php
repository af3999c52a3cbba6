<?php
/**
 * Plugin Name: Books
 * Description: Ties posts to the shop's books: a hidden taxonomy, a shortcode that links to a book's page, and what the storefront reads over REST.
 *
 * @package Bookstore
 */

/** Terms of this taxonomy are named with book ids of the catalog; a slug would take neither their dots nor their capitals. */
const BOOKSTORE_TAXONOMY = 'book';

/**
 * A book's page in the shop.
 *
 * @param string $id Book id.
 */
function bookstore_book_url( string $id ): string {
	return BOOKSTORE_SHOP_URL . '/books/' . rawurlencode( $id );
}

/**
 * The ids of the books that a post is about.
 *
 * @param int $post_id Post.
 * @return list<string>
 */
function bookstore_books_of( int $post_id ): array {
	$terms = get_the_terms( $post_id, BOOKSTORE_TAXONOMY );
	return is_array( $terms ) ? wp_list_pluck( $terms, 'name' ) : array();
}

add_action(
	'init',
	static function (): void {
		register_taxonomy( BOOKSTORE_TAXONOMY, 'post', array( 'public' => false, 'show_ui' => true, 'label' => 'Books' ) );
		// [book id="dune"]Dune[/book]: the shop's address is a setting, so no post holds it.
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
