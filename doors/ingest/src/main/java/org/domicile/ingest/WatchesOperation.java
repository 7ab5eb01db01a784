package org.domicile.ingest;

import org.domicile.watches.Watch;

/** Everything that can be asked of watches. */
enum WatchesOperation {
    LIST_WATCHES("GET", ""),
    CREATE_WATCH("PUT", "NAME"),
    SHOW_WATCH("GET", "NAME"),
    STOP_WATCH("DELETE", "NAME");

    /** Below which everything is. */
    static final String ROOT = "/watches/";

    private final String method;
    private final String shape;

    WatchesOperation(String method, String shape) {
        this.method = method;
        this.shape = shape;
    }

    /** The name of the watch that a path means; empty for none. @throws Failure for no path */
    static String name(String rawPath) {
        String rest = rawPath.startsWith(ROOT) ? rawPath.substring(ROOT.length()) : "/";
        if (!rest.isEmpty() && !Watch.names(rest)) {
            throw new Failure(
                    404,
                    "no-such-path",
                    "There is nothing here; a watch is /watches/NAME, of small letters, digits,"
                            + " '_' and '-'.");
        }
        return rest;
    }

    /** What is asked. @throws Failure for nothing that can be */
    static WatchesOperation parse(String method, String name) {
        for (WatchesOperation each : values()) {
            if (each.method.equals(method) && each.shape.isEmpty() == name.isEmpty()) {
                return each;
            }
        }
        throw new Failure(405, "no-such-method", "That cannot be done with it.");
    }
}
