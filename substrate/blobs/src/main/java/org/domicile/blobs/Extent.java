package org.domicile.blobs;

/**
 * A run of pages.
 *
 * @param segment number of the segment
 * @param page first page; page 0 is the segment's own header
 * @param count pages
 */
record Extent(long segment, int page, int count) {
    /** Where the first page begins in the file. */
    long offset() {
        return (long) page * Page.SIZE;
    }

    /** The page after the last. */
    int end() {
        return page + count;
    }
}
