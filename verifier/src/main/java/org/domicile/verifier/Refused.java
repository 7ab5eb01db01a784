package org.domicile.verifier;

/** The first thing that was wrong: where, and which step failed, in words for people. */
public final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final String where;
    private final String what;

    /** With the part that was wrong and what was wrong with it. */
    public Refused(String where, String what) {
        super(where + ": " + what, null, false, false);
        this.where = where;
        this.what = what;
    }

    /** The same as a verdict. */
    public Verdict.Refused verdict() {
        return new Verdict.Refused(where, what);
    }
}
