package org.domicile.s3;

import java.util.Optional;

/** Everything that STS can be asked here (AWS STS API Reference, "Actions"). */
enum StsAction {
    ASSUME_ROLE("AssumeRole"),
    ASSUME_ROLE_WITH_WEB_IDENTITY("AssumeRoleWithWebIdentity"),
    GET_CALLER_IDENTITY("GetCallerIdentity"),
    GET_SESSION_TOKEN("GetSessionToken");

    private final String word;

    StsAction(String word) {
        this.word = word;
    }

    /** As requests and answers say it. */
    String word() {
        return word;
    }

    /** As records and policies say it. */
    String action() {
        return "sts:" + word;
    }

    static Optional<StsAction> of(String word) {
        for (StsAction each : values()) {
            if (each.word.equals(word)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
