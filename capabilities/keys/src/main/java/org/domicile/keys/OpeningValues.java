package org.domicile.keys;

/**
 * Opens small values in a row with one copy of the key and one cipher: copying and wiping the key,
 * and borrowing a cipher, cost as much for each value as opening it does.
 */
final class OpeningValues implements Opener.Values {
    private final Gcm.Run run;
    private final byte[] key;
    private final String what;

    /** Takes {@code key} over and wipes it when closed. */
    OpeningValues(Gcm gcm, byte[] key, String what) {
        this.key = key;
        this.what = what;
        this.run = gcm.run(key);
    }

    @Override
    public byte[] open(byte[] context, byte[] sealed) {
        return SealedValue.open(run, context, sealed, what);
    }

    @Override
    public void close() {
        run.close();
        Secret.wipe(key);
    }
}
