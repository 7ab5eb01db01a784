package org.domicile.backup;

/** Is told how far long work is. Called by the working thread. */
public interface Meter {
    /** So many bytes of this file were moved. */
    void moved(long bytes, String file);

    /** So many bytes of this file were there already. */
    void present(long bytes, String file);
}
