package org.domicile.policy;

import java.util.Optional;

/**
 * A place in a jurisdiction. @param name unique, a DNS label @param parent the zone that it lies
 * in; a zone lies in itself
 */
public record Zone(String name, Optional<String> parent) {}
