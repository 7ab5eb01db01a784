package org.domicile.guard;

import org.domicile.policy.Facts;

/** What a request says of itself; asked only where it matters. */
public interface Asking {
    /** Nothing. */
    Asking NOTHING = () -> Facts.NONE;

    /** What conditions of a bucket's policy may read. */
    Facts facts();

    /** The ACL for what it writes. */
    default AclAsked acl() {
        return new AclAsked.Nothing();
    }

    /** S3's word for who shall own the objects of the bucket that it makes; empty for the usual. */
    default String ownership() {
        return "";
    }

    /** Whether an object comes as a body or in a form. */
    default Arrival arrival() {
        return Arrival.BODY;
    }

    /** How an object comes. */
    enum Arrival {
        /** As the body of a request. */
        BODY,
        /** In a form that a page posts. */
        FORM
    }

    /** The organisation that the caller expects the bucket to be of; empty for any. */
    default String expectedOwner() {
        return "";
    }

    /** The same of a copy's source. */
    default String expectedSource() {
        return "";
    }
}
