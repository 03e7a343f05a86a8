"""People at work in both CRMs, through the same APIs as everybody else."""
