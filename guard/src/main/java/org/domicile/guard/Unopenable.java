package org.domicile.guard;

/**
 * The bucket is there and its key was destroyed, so nobody can open what lies in it or seal
 * anything for it. It comes with a data folder that was restored from before the bucket's deletion:
 * the key store, which is not restored with it, remembers the death. The bucket can be emptied and
 * deleted.
 */
public final class Unopenable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param bucket the bucket's name
     */
    Unopenable(String bucket) {
        super(
                "The key of the bucket "
                        + bucket
                        + " was destroyed: what it holds cannot be opened any more. Delete its"
                        + " objects and the bucket, or create another one.",
                null,
                false,
                false);
    }
}
