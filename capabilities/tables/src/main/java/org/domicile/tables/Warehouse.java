package org.domicile.tables;

/**
 * Where an organisation's tables lie, as whoever calls hands it in for one use: what is kept is
 * sealed with it, and files are reached through it. Owned by the request's thread, but for reading,
 * which many threads may do at once.
 */
public interface Warehouse {
    /** Whose. */
    String organisation();

    /** The bucket's name: files are at {@code s3://BUCKET/}. */
    String bucket();

    /** Seals what is kept. @param place what it is bound to */
    byte[] seal(String place, byte[] plain);

    /** Opens what {@link #seal} sealed for the same place. */
    byte[] open(String place, byte[] sealed);

    /** Writes a file, whole and durable; what was there is replaced. @param name in the bucket */
    void write(String name, byte[] bytes);

    /** Removes a file, if it is there. @param name in the bucket */
    void remove(String name);

    /**
     * A file to be read: only once the use is on record.
     *
     * @param name in the bucket
     * @throws Refusal UNREADABLE when it is not there
     * @throws IllegalStateException when the use is not on record yet: a bug
     */
    Readable read(String name);

    /** A file that is held readable. Safe for one thread; close it. */
    interface Readable extends AutoCloseable {
        /** Its size in bytes. */
        long size();

        /** A range of it. */
        java.io.InputStream read(long offset, long length) throws java.io.IOException;

        @Override
        void close();
    }
}
