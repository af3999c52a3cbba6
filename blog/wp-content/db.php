<?php
/**
 * WordPress's database drop-in: a reader's request stays in its region, an editor's goes where writes are taken.
 *
 * A region that is not the primary holds a read-only copy. Plain WordPress tries a few INSERTs on every page view
 * (transients, which are only caches); on such a copy each would fail, or with write forwarding each would cross an
 * ocean. So an anonymous GET reads here, and its stray writes are dropped.
 *
 * It is also the first of our files that WordPress loads: what the doors refuse never reaches the database.
 *
 * @package Bookstore
 */

require_once __DIR__ . '/bookstore/class-bookstore-doors.php';
require_once __DIR__ . '/bookstore/class-bookstore-database.php';
require_once __DIR__ . '/bookstore/class-bookstore-health.php';
require_once __DIR__ . '/bookstore/class-bookstore-bucket.php';
require_once __DIR__ . '/bookstore/class-bookstore-media.php';

Bookstore_Doors::refuse_intruders();
Bookstore_Health::answer_if_asked();
Bookstore_Media::answer_if_asked();

// phpcs:ignore WordPress.WP.GlobalVariablesOverride -- this is what a db.php drop-in is for.
$wpdb = new Bookstore_Database();
