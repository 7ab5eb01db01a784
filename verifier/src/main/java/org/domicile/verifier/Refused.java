package org.domicile.verifier;

/** The first thing that was wrong: where, and which step failed, in words for people. */
final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final String where;
    private final String what;

    Refused(String where, String what) {
        super(where + ": " + what, null, false, false);
        this.where = where;
        this.what = what;
    }

    Verdict.Refused verdict() {
        return new Verdict.Refused(where, what);
    }
}
