// Room on the disk that the log lies on.

export interface DiskRoom {
  /**
   * To be called before anything new is taken in: what was taken in before still has to be written to its end.
   *
   * @throws EventoError DISK_LOW (retryable)
   */
  requireRoom(): void;
}
