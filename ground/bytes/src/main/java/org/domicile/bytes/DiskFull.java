package org.domicile.bytes;

import java.io.IOException;

/** No room is left on the file system, or the quota is used up (ENOSPC, EDQUOT). */
public final class DiskFull extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what needed the room. */
    public DiskFull(String what) {
        super(what);
    }

    /** The same, with the system's own words. */
    public DiskFull(String what, Throwable cause) {
        super(what, cause);
    }
}
