<?php
/**
 * A post as a file: lines of `key: value` between two lines of `---`, then the body as HTML.
 *
 * @package Bookstore
 */

/** A content file is malformed, or the blog cannot be written. */
final class Bookstore_Import_Error extends RuntimeException {}

/** One post of the content folder. */
final class Bookstore_Document {

	private const SLUG = '/^[a-z0-9]+(?:-[a-z0-9]+)*$/';

	/**
	 * Use `read`.
	 *
	 * @param string       $slug       Address of the post; the file's name.
	 * @param string       $title      Title.
	 * @param string       $author     Byline.
	 * @param string       $date       YYYY-MM-DD; the time is nine in the morning, UTC.
	 * @param list<string> $categories Names.
	 * @param list<string> $books      Ids of the catalog.
	 * @param string       $excerpt    A sentence or two, plain text.
	 * @param string       $body       HTML, with [book id="..."]...[/book] where a book is named.
	 */
	private function __construct(
		public readonly string $slug,
		public readonly string $title,
		public readonly string $author,
		public readonly string $date,
		public readonly array $categories,
		public readonly array $books,
		public readonly string $excerpt,
		public readonly string $body,
	) {}

	/**
	 * Read one file.
	 *
	 * @param string $path File named <slug>.html.
	 * @throws Bookstore_Import_Error When something is missing or malformed.
	 */
	public static function read( string $path ): self {
		$name  = basename( $path );
		$parts = preg_split( '/^---\R/m', (string) file_get_contents( $path ), 3 );
		if ( 3 !== count( $parts ) || '' !== $parts[0] ) {
			throw new Bookstore_Import_Error( "$name: begin with the front matter between two lines of ---" );
		}
		$front = self::front_matter( $parts[1], $name );
		if ( ! preg_match( self::SLUG, basename( $path, '.html' ) ) ) {
			throw new Bookstore_Import_Error( "$name: name the file after its slug, lower case with hyphens" );
		}
		if ( false === DateTimeImmutable::createFromFormat( '!Y-m-d', $front['date'] ) ) {
			throw new Bookstore_Import_Error( "$name: write the date as YYYY-MM-DD" );
		}
		return new self(
			basename( $path, '.html' ),
			$front['title'],
			$front['author'],
			$front['date'],
			self::list_of( $front['categories'] ),
			self::list_of( $front['books'] ),
			$front['excerpt'],
			trim( $parts[2] ),
		);
	}

	/** Hash of the whole post. */
	public function fingerprint(): string {
		return hash( 'sha256', serialize( get_object_vars( $this ) ) );
	}

	/**
	 * Parse the keys that every post has.
	 *
	 * @param string $lines Front matter.
	 * @param string $name  File, for messages.
	 * @return array<string, string>
	 */
	private static function front_matter( string $lines, string $name ): array {
		preg_match_all( '/^(\w+):\h*(.*?)\h*$/m', $lines, $found );
		$front   = array_combine( $found[1], $found[2] );
		$missing = array_diff( array( 'title', 'author', 'date', 'categories', 'books', 'excerpt' ), array_keys( array_filter( $front, 'strlen' ) ) );
		if ( array() !== $missing ) {
			throw new Bookstore_Import_Error( "$name: add " . implode( ', ', $missing ) );
		}
		return $front;
	}

	/**
	 * Values separated by commas.
	 *
	 * @param string $values Line.
	 * @return list<string>
	 */
	private static function list_of( string $values ): array {
		return array_values( array_filter( array_map( 'trim', explode( ',', $values ) ), 'strlen' ) );
	}
}
