package org.domicile.moving;

import java.util.List;
import java.util.Optional;
import org.domicile.guard.GuardedObjects;

/** What is set for a bucket, in S3's own documents. Safe for concurrent use. */
public interface Documents {
    /** S3's names of the sub-resources, in the order in which they are set. */
    List<String> resources();

    /** What is set here; empty when nothing is. */
    Optional<byte[]> of(GuardedObjects objects, String bucket, String resource);

    /** Whether a document would let everybody into a bucket. */
    boolean opens(String bucket, String resource, byte[] document);

    /** Sets it here. @return why not, a sentence; empty when it is in force */
    String set(GuardedObjects objects, String bucket, String resource, byte[] document);
}
