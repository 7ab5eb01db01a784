package org.domicile.tables;

/** What a metadata file says that is to be registered. */
public sealed interface Registrable {
    /** Table or view. */
    Kind kind();

    /** Its id. */
    String id();

    /** As read and looked through. @param location of the file @param json what stands in it */
    record Read(Kind kind, String id, String location, String json, Registration asked)
            implements Registrable {}
}
