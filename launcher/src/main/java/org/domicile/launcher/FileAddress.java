package org.domicile.launcher;

import java.util.function.Supplier;

/** Where files are reached; known once the listeners are open, and asked by no request before. */
final class FileAddress implements Supplier<String> {
    private volatile String address = "";

    void is(String known) {
        address = known;
    }

    @Override
    public String get() {
        return address;
    }
}
