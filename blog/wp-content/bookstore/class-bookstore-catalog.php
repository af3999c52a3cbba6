<?php
/**
 * Reads books from the bookstore's API.
 *
 * @package Bookstore
 */

/** Authors and prices of books, cached on the task's disk. */
final class Bookstore_Catalog {

	private const FRESH_SECONDS = 600;
	private const TIMEOUT       = 1.5;

	/**
	 * Author and price of each book that the API answers for in time. A page is shown without them otherwise.
	 *
	 * @param list<string> $ids Book ids.
	 * @return array<string, array{author: string, price: string}> By book id.
	 */
	public static function books( array $ids ): array {
		if ( '' === BOOKSTORE_API_URL ) {
			return array();
		}
		$missing = array_values( array_filter( $ids, static fn ( $id ) => ! self::is_fresh( $id ) ) );
		if ( array() !== $missing ) {
			self::fetch( $missing );
		}
		$books = array();
		foreach ( $ids as $id ) {
			$book = file_exists( self::file( $id ) ) ? json_decode( (string) file_get_contents( self::file( $id ) ), true ) : null;
			if ( is_array( $book ) ) {
				$books[ $id ] = $book;
			}
		}
		return $books;
	}

	/**
	 * An amount with its currency, such as "22.90 EUR".
	 *
	 * @param int    $minor    Amount in minor units.
	 * @param string $currency ISO 4217 code.
	 */
	public static function price( int $minor, string $currency ): string {
		$digits = in_array( $currency, array( 'JPY', 'KRW', 'VND', 'CLP', 'ISK' ), true ) ? 0 : 2;
		return number_format( $minor / 10 ** $digits, $digits, '.', ' ' ) . " $currency";
	}

	/**
	 * Whether the cached book can be used.
	 *
	 * @param string $id Book id.
	 */
	private static function is_fresh( string $id ): bool {
		return file_exists( self::file( $id ) ) && time() - filemtime( self::file( $id ) ) < self::FRESH_SECONDS;
	}

	/**
	 * Request books in parallel and cache the answers.
	 *
	 * @param list<string> $ids Book ids.
	 */
	private static function fetch( array $ids ): void {
		$requests = array_map(
			static fn ( $id ) => array(
				'url'     => BOOKSTORE_API_URL . '/books/' . rawurlencode( $id ),
				'options' => array( 'timeout' => self::TIMEOUT, 'connect_timeout' => self::TIMEOUT ),
			),
			$ids
		);
		foreach ( WpOrg\Requests\Requests::request_multiple( $requests ) as $index => $answer ) {
			$book = $answer instanceof WpOrg\Requests\Response && 200 === $answer->status_code ? json_decode( $answer->body, true ) : null;
			if ( isset( $book['author'], $book['price'], $book['currency'] ) ) {
				$kept = array( 'author' => (string) $book['author'], 'price' => self::price( (int) $book['price'], (string) $book['currency'] ) );
				file_put_contents( self::file( $ids[ $index ] ), json_encode( $kept ), LOCK_EX );
			}
		}
	}

	/**
	 * Cache file of a book.
	 *
	 * @param string $id Book id.
	 */
	private static function file( string $id ): string {
		return sys_get_temp_dir() . '/bookstore-book-' . md5( BOOKSTORE_API_URL . $id ) . '.json';
	}
}
