package org.domicile.witness;

/** How many must have cosigned before a checkpoint is published. */
public sealed interface Demand {
    /** Who is well is waited for a second; who is not, is not. */
    record Nothing() implements Demand {}

    /** At least so many different witnesses. */
    record AtLeast(int witnesses) implements Demand {}

    /** The quorum of the policy. */
    record Quorum() implements Demand {}
}
