<?php
/**
 * Drawings of books: a shelf with their spines, and a cover.
 *
 * @package Bookstore
 */

/** Colours of the storefront's covers by category: dark, bright, light. */
const MERIDIAN_WORLDS = array(
	'cookbooks'        => array( '#2a2438', '#b9a3e3', '#f4f1f8' ),
	'woodwork'         => array( '#402218', '#e8a15b', '#f8efe2' ),
	'database'         => array( '#0f2f57', '#6fc3ee', '#edf5fa' ),
	'science-fiction'  => array( '#1b1b5e', '#ff9fb2', '#f3f0ff' ),
	'home-improvement' => array( '#14213d', '#fca311', '#f4efe3' ),
	'fairy-tales'      => array( '#3b0d2e', '#ff6f59', '#ffeae2' ),
	'poetry'           => array( '#0b3d3a', '#8fd6b4', '#eef6ec' ),
	'cars'             => array( '#123c4a', '#ef8354', '#eaf1f0' ),
);

/**
 * Draws the shelf of a post. Hidden from screen readers, because the text names the books.
 *
 * @param list<string> $books    Book ids; each always gets the same spine.
 * @param string       $category Slug of the category that decides the colours.
 * @param int          $width    Length of the shelf; it is 160 high.
 */
function meridian_spines( array $books, string $category, int $width = 400 ): string {
	list( $dark, $bright, $light ) = MERIDIAN_WORLDS[ $category ] ?? array( '#12143f', '#ffc533', '#f4f3ff' );
	$drawn                         = '';
	$left                          = 32;
	foreach ( array_slice( $books, 0, 6 ) as $index => $book ) {
		$seed   = crc32( $book );
		$thick  = 26 + $seed % 16;
		$colour = array( $light, $bright )[ ( $index + ( $seed >> 11 ) % 2 ) % 2 ];
		$drawn .= meridian_spine( $left, $thick, 72 + ( $seed >> 5 ) % 46, 12 + $seed % 9, $colour, $dark );
		$left  += $thick + 5;
	}
	return sprintf( '<svg class="spines" viewBox="0 0 %1$d 160" aria-hidden="true"><rect width="%1$d" height="160" fill="%2$s"/>', $width, $dark )
		. sprintf( '<g transform="translate(%d 50)" fill="none" stroke="%s" stroke-width="2">', $width - 56, $bright )
		. '<circle r="26"/><ellipse rx="11" ry="26"/><path d="M-34 0h68"/></g>'
		. sprintf( '<rect y="138" width="%d" height="4" fill="%s"/>%s</svg>', $width, $bright, $drawn );
}

/**
 * Draws the spine of one book.
 *
 * @param int    $left   Where it stands.
 * @param int    $thick  Thickness.
 * @param int    $height Height.
 * @param int    $band   Distance of the upper line from the top.
 * @param string $colour Cloth.
 * @param string $ink    Stamping.
 */
function meridian_spine( int $left, int $thick, int $height, int $band, string $colour, string $ink ): string {
	return sprintf( '<g transform="translate(%d %d)">', $left, 138 - $height )
		. sprintf( '<rect width="%d" height="%d" rx="2" fill="%s"/>', $thick, $height, $colour )
		. sprintf( '<path d="M0 %1$dh%2$dM0 %3$dh%2$d" stroke="%4$s" stroke-width="2"/>', $band, $thick, $height - 14, $ink )
		. sprintf( '<circle cx="%s" cy="%s" r="3" fill="%s"/></g>', $thick / 2, $height / 2, $ink );
}

/**
 * Draws the front cover of a book, with a pattern that depends on its id.
 *
 * @param string $book     Book id.
 * @param string $category Slug of the category that decides the colours.
 */
function meridian_cover( string $book, string $category ): string {
	list( $dark, $bright, $light ) = MERIDIAN_WORLDS[ $category ] ?? array( '#12143f', '#ffc533', '#f4f3ff' );
	$seed                          = crc32( $book );
	return '<svg class="cover" viewBox="0 0 40 60" aria-hidden="true">'
		. sprintf( '<rect width="40" height="60" fill="%s"/><path d="M4 0v60" stroke="%s" stroke-width="1.5"/>', $dark, $bright )
		. sprintf( '<circle cx="%d" cy="%d" r="%d" fill="%s"/>', 14 + $seed % 16, 16 + ( $seed >> 5 ) % 14, 7 + ( $seed >> 9 ) % 5, $bright )
		. sprintf( '<path d="M9 %1$dh26M9 %2$dh%3$d" stroke="%4$s" stroke-width="2.5"/></svg>', 44, 50, 10 + ( $seed >> 13 ) % 14, $light );
}
