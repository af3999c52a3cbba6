<?php
/**
 * The database, seen from one region.
 *
 * @package Bookstore
 */

/** The wpdb that knows a reader from an editor. */
final class Bookstore_Database extends wpdb {

	/** First words of the statements that change something. */
	private const WRITES = '/^\s*(?:INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|TRUNCATE|RENAME|LOAD|GRANT)\b/i';

	/** Aurora's levels of `aurora_replica_read_consistency`. */
	private const FORWARDING = array( 'eventual', 'session', 'global' );

	/** Whether this request may only read. */
	private readonly bool $only_reads;

	/** Choose the host for the whole request: reading what one has just written must not depend on replication. */
	public function __construct() {
		$this->only_reads = ! self::may_write();
		parent::__construct( DB_USER, DB_PASSWORD, DB_NAME, $this->only_reads ? DB_HOST : DB_WRITER_HOST );
	}

	/**
	 * Run a statement; one that would write in a reader's request is answered as if it had changed no row.
	 *
	 * @param string $query SQL.
	 * @return int|bool
	 */
	public function query( $query ) {
		if ( $this->only_reads && preg_match( self::WRITES, $query ) ) {
			return 0;
		}
		return parent::query( $query );
	}

	/**
	 * Connect; without a consistency level Aurora forwards nothing from a secondary region.
	 *
	 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-write-forwarding-ams.html
	 *
	 * @param bool $allow_bail Whether a failure ends the request.
	 */
	public function db_connect( $allow_bail = true ) {
		$connected = parent::db_connect( $allow_bail );
		if ( $connected && ! $this->only_reads && in_array( DB_FORWARDING, self::FORWARDING, true ) ) {
			mysqli_query( $this->dbh, "SET SESSION aurora_replica_read_consistency = '" . DB_FORWARDING . "'" );
		}
		return $connected;
	}

	/** Whether the request is an operator's at the command line, or from someone whom the doors let edit. */
	private static function may_write(): bool {
		return '' !== DB_WRITER_HOST && ( 'cli' === PHP_SAPI || Bookstore_Doors::is_editing() );
	}
}
