<?php
/**
 * WordPress's database drop-in: readers use the database of their region, editors the one that accepts writes.
 *
 * A secondary region has a read-only replica. WordPress tries a few INSERTs on every page view (transients, which are
 * caches). On a replica each would fail, or with write forwarding go to another region. So an anonymous GET reads the
 * replica, and its writes are dropped.
 *
 * @package Bookstore
 */

require_once __DIR__ . '/bookstore/prepend.php';
require_once __DIR__ . '/bookstore/class-bookstore-database.php';
require_once __DIR__ . '/bookstore/class-bookstore-health.php';
require_once __DIR__ . '/bookstore/class-bookstore-bucket.php';
require_once __DIR__ . '/bookstore/class-bookstore-media.php';
require_once __DIR__ . '/bookstore/class-bookstore-catalog.php';

Bookstore_Health::answer_if_asked();
Bookstore_Media::answer_if_asked();

// phpcs:ignore WordPress.WP.GlobalVariablesOverride -- this is what a db.php drop-in is for.
$wpdb = new Bookstore_Database();
