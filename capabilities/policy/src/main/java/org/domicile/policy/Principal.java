package org.domicile.policy;

import java.time.Instant;

/**
 * Who acts. @param id 16 random bytes in hexadecimal @param name personal: sealed on disk @param
 * subject id of the subject key
 */
public record Principal(
        String id, String organisation, String name, String subject, Instant created) {}
