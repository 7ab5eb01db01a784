package org.domicile.walls;

import java.io.IOException;

/** A wall cannot be made here, so the child was not started. */
public final class Unwalled extends IOException {
    private static final long serialVersionUID = 1L;

    private final String wall;

    Unwalled(String wall, String reason) {
        super(reason);
        this.wall = wall;
    }

    /** Which one: one of {@link Walls#NAMES}. */
    public String wall() {
        return wall;
    }
}
