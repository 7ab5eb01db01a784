package org.domicile.tables;

/**
 * A plan that is remembered.
 *
 * @param id unguessable
 * @param answer a PlanTableScanResult in JSON, for who asked
 */
public record Plan(String id, String answer) {}
